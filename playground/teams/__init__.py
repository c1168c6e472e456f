"""Who a visitor is: whose sessions, what-ifs and turns are whose.

Roles and shared teams come later; what is kept has an owner already.
"""
