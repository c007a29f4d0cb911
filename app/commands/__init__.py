"""What the operator does with `app`, by what it is done to; `app.cli` puts it together and serves."""
