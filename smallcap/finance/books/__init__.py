"""Books as pure functions: what they are made of, what they hold and earn, how two compare, and what hindsight was worth."""
