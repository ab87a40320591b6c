"""A pretend world on loopback: Slack, Shopify and ShipStation simulated, and a small shop that lives."""
