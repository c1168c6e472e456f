"""Who answers without a key: the local model, and the simulated demo fleet.

Their words are labelled as what they are.
"""
