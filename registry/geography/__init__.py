"""Who is inside an area, exactly and with a reason (blueprint promise 1)."""
