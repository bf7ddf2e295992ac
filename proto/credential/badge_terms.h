/* The fixed words of a credential document, shared by its builder and its reader. */
#ifndef AVOW_PROTO_CREDENTIAL_BADGE_TERMS_H
#define AVOW_PROTO_CREDENTIAL_BADGE_TERMS_H

#define AVOW_BADGE_CONTEXT_VC "https://www.w3.org/ns/credentials/v2"
#define AVOW_BADGE_CONTEXT_OB "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
#define AVOW_BADGE_TYPE_VC "VerifiableCredential"
#define AVOW_BADGE_TYPE_OB "OpenBadgeCredential"
#define AVOW_BADGE_STATUS_TYPE "urn:avow:RegistryEntry"
#define AVOW_BADGE_SCHEME "avow:"

#endif
