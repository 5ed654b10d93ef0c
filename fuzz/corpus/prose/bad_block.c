/* -----BEGIN C2PA MANIFEST----- data:application/c2pa;base64,AAAA! -----END C2PA MANIFEST----- */
int x;
// -----BEGIN C2PA MANIFEST----- https://a.b/c -----END C2PA MANIFEST-----
