"""What every room uses: settings, texts, errors, periods, exact numbers, names, processes."""
