"""Both databases looked at while people think: WAL held, disk left, rows written."""
