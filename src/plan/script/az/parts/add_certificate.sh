# Adds a certificate (DER in base64) to the application, beside those that are there: the certificate, and its description. A change
# replaces the whole list, so it is read with its keys and written back with one more.
add_certificate() {
  local about="/v1.0/applications/$application_id?\$select=keyCredentials" keys one
  if [ -n "$(graph get "$about" --query "keyCredentials[?key=='$1'].keyId" --output tsv)" ]; then
    say '  it is there already'
    return
  fi
  keys=$(graph get "$about" --output json --query 'keyCredentials[].{customKeyIdentifier:customKeyIdentifier,displayName:displayName,endDateTime:endDateTime,key:key,keyId:keyId,startDateTime:startDateTime,type:type,usage:usage}')
  one='{"type":"AsymmetricX509Cert","usage":"Verify","key":"'"$1"'","displayName":"'"$2"'"}'
  if [ -n "$keys" ] && [ "$keys" != '[]' ]; then one="${keys%]},$one]"; else one="[$one]"; fi
  again "$new" 'Entra ID to know the new application everywhere' \
    graph patch "/v1.0/applications/$application_id" --body '{"keyCredentials":'"$one"'}' --output none
}
