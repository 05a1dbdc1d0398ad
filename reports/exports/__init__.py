"""The books as text that other programs read: FEC, hledger, beancount, and the hash chain entry by entry."""
