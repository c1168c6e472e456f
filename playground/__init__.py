"""What the pages need beyond widgets."""
