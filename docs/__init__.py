"""The documentation: pages in Markdown, and the package that writes the reference."""
