"""What a cable is: codes, format lines, date-time groups, eras, cross-checks, paragraph sequence."""
