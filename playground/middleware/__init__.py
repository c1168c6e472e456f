"""What stands around Streamlit's server: who may ask, response headers, and static files.

It knows nothing of the pages. Who a visitor is, is asked one floor above, in ``teams``.
"""
