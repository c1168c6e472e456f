"""The bundled client for any server that speaks ``/v1/complete``."""
