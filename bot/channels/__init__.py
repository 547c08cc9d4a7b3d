"""Chat channels: each translates its own payloads and knows none of the others."""
