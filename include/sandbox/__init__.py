"""The TikTok Research API and its faults, on a loopback port, with synthetic data only."""
