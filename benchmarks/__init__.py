"""Side-by-side runs against the peers: same policies, same objects, same machine, results compared first."""
