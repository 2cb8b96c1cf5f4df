"""The pages of the site, which people open in a browser: a blueprint for each subject (docs/site.md)."""
