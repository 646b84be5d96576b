"""What the build emits beside the pages."""
