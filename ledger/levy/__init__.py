"""The levy: rates, customs returns, assessments, and the chain assessed, collected, remitted, credited."""
