# Makes a key and its self-signed certificate in the secret's file: the subject's common name, and the days that it lives. What is there
# is kept.
make_certificate() {
  if [ -e "$secret_file" ]; then
    say "  kept: it is in $secret_file already"
    return
  fi
  (umask 077 && openssl req -x509 -newkey rsa:2048 -sha256 -nodes -days "$2" -subj "/CN=$1" \
    -addext keyUsage=critical,digitalSignature -keyout "$secret_file.key" -out "$secret_file.new" 2>"$said") || {
    cat "$said" >&2
    return 1
  }
  (umask 077 && cat "$secret_file.key" >>"$secret_file.new")
  rm -f "$secret_file.key"
  mv "$secret_file.new" "$secret_file"
  say "  written to $secret_file, which only you can read"
}
