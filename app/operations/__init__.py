"""What whoever runs the server needs: is it well, what does it say, and how is everything carried elsewhere.

Read `backup.py` for what a backup holds and in which order; `health.py` is asked by load balancers and monitors.
"""
