"""Pages opened in a real browser against a live server. Skipped where no Chromium is installed."""
