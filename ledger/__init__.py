"""The books of the confederal levy and the law they keep. Works alone, without the other packages."""
