//! The visitor's page in its sealed frame, and the agent's hand on it.
