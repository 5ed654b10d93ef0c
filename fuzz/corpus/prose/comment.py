# -----BEGIN C2PA MANIFEST----- data:application/c2pa;base64,AAAAKGp1bWIAAAAeanVtZGMycGEAAQIDBAUGBwgJCgsMDQ4PEBESEw== -----END C2PA MANIFEST-----
print(1)
