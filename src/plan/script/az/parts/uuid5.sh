# The UUID of version 5 of a text in a namespace (32 hexadecimal digits): the same every time, so that nothing is made twice.
uuid5() {
  local bytes hash
  bytes=$(sed 's/../\\x&/g' <<<"$1")
  hash=$({ printf "$bytes" && printf '%s' "$2"; } | { sha1sum 2>/dev/null || shasum; })
  printf '%s-%s-5%s-%x%s-%s\n' "${hash:0:8}" "${hash:8:4}" "${hash:13:3}" \
    "$(((0x${hash:16:1} & 3) | 8))" "${hash:17:3}" "${hash:20:12}"
}
