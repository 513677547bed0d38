"""The Youju engine: it runs applications that are kept as JSON and knows nothing of any one of them."""
