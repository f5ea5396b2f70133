"""Jobs: run what surveys.lifecycle says is due. They hold no truth of their own."""
