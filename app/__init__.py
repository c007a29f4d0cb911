"""The hazard-inspection backend. Read from the bottom floor up: foundation, journal, people, photos, sorting, risks,
hazards, inspections, demo, main."""
