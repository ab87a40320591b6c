"""The only questions that Shopify is ever asked; shipped as data, checked at load to be queries."""
