# Entra ID and Azure answer before all of their replicas know of something new. What they say then looks like a refusal, and passes.
not_yet='Request_ResourceNotFound|NoBackingApplicationObject|does not reference a valid application object|backing application of the service principal|PrincipalNotFound|The provided principal Tenant Id|^ERROR: Too Many Requests'
