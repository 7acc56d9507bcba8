# The questions of ProveNewHome, asked in the old server's own container: what works there now.

[ -n "$(first server)" ] || give_up "no Redash server runs that could be asked"
inside "$(first server)" python -c "$probe_program" "$key" || give_up "the probe did not come to its end"
