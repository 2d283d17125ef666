"""What is done with an enquiry: recorded, matched, answered, closed, forgotten."""
