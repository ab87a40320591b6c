"""The eyes: Shopify and ShipStation, read and never written."""
