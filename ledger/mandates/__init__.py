"""Who may order: the dated appointments of the authorising officer, and the presidency they follow."""
