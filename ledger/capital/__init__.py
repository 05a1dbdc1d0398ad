"""Capital of the bank: what each State has subscribed, what was called, what is paid."""
