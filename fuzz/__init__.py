"""Random and mutated inputs for whatever reads what others sent: it must answer each, quickly and in little memory."""
