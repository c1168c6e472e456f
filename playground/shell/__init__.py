"""What stands around Streamlit's server: headers and files, as middleware.

It knows nothing of the pages.
"""
