"""WhatsApp: the Cloud API of Meta's WhatsApp Business Platform."""
