# Makes a client secret that lives so many days and writes it to its file: the connection's name, and the days. Graph shows a secret once,
# so a note is written before one is made; a run that finds the note without the file removes the secret that nobody has.
make_secret() {
  local about="/v1.0/applications/$application_id" note="$secret_file.note" marker key keys secret
  if [ -e "$secret_file" ]; then
    if grep -qF -- "$client_id" "$secret_file"; then
      rm -f "$note"
      say "  kept: it is in $secret_file already"
      return
    fi
    say "  $secret_file is there and holds something else. Name another file: AZCONNECT_SECRET_FILE=… bash $0"
    return 1
  fi
  if [ -e "$note" ]; then
    keys=$(graph get "$about?\$select=passwordCredentials" \
      --query "passwordCredentials[?displayName=='$(cat "$note")'].keyId" --output tsv)
    for key in $keys; do
      graph post "$about/removePassword" --body '{"keyId":"'"$key"'"}' --output none
    done
  fi
  marker="azconnect $1 $(date -u +%Y-%m-%d) $RANDOM$RANDOM"
  (umask 077 && printf '%s' "$marker" >"$note")
  secret=$(again "$new" 'Entra ID to know the new application everywhere' graph post "$about/addPassword" --query secretText --output tsv \
    --body '{"passwordCredential":{"displayName":"'"$marker"'","endDateTime":"'"$(in_days "$2" %Y-%m-%dT%H:%M:%SZ)"'"}}')
  # In single quotes where a shell would change it. `printf` is the shell's own: the secret is in no process's arguments.
  case $secret in "~"* | *[!A-Za-z0-9._~+/=@%,-]*) secret="'$secret'" ;; esac
  (
    umask 077
    printf 'AZURE_TENANT_ID=%s\nAZURE_CLIENT_ID=%s\nAZURE_CLIENT_SECRET=%s\n' "$tenant" "$client_id" "$secret" >"$secret_file.new"
  )
  mv "$secret_file.new" "$secret_file"
  rm -f "$note"
  say "  written to $secret_file, which only you can read"
}
