"""The embedded gateway: ``/v1/complete`` with routing and failover, as a server of its own."""
