"""Made-up structures, partners and flows to try a gate with, and the builder of sound documents behind them."""
