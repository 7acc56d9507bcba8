# Whether the old Redash answers users now.

[ -n "$(first server)" ] || give_up "no Redash server runs: users are not served"
inside "$(first server)" python -c "$entry_program" "$answers_program" 60 ||
  give_up "Redash does not answer: users are not served; see docker logs"
say serving old
