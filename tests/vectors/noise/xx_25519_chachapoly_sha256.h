/* The vectors of Noise_XX_25519_ChaChaPoly_SHA256 from vectors.txt of github.com/flynn/noise, as
 * Debian's golang-github-flynn-noise-dev ships it. All are hexadecimal. Messages 0 to 2 are the
 * handshake, 3 onwards transport messages of the initiator and the responder in turn.
 *
 * Copyright (c) 2015 Prime Directive, Inc. All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without
 * modification, are permitted provided that the following conditions are
 * met:
 *
 * * Redistributions of source code must retain the above copyright
 * notice, this list of conditions and the following disclaimer.
 * * Redistributions in binary form must reproduce the above
 * copyright notice, this list of conditions and the following disclaimer
 * in the documentation and/or other materials provided with the
 * distribution.
 * * Neither the name of Prime Directive, Inc. nor the names of its
 * contributors may be used to endorse or promote products derived from
 * this software without specific prior written permission.
 *
 * THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS
 * "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT
 * LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR
 * A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT
 * OWNER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
 * SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT
 * LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE,
 * DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY
 * THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
 * (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
 * OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE. */
#ifndef AVOW_TESTS_VECTORS_NOISE_XX_25519_CHACHAPOLY_SHA256_H
#define AVOW_TESTS_VECTORS_NOISE_XX_25519_CHACHAPOLY_SHA256_H

#define NOISE_VECTOR_MESSAGES 5

struct noise_vector {
    const char *name;
    const char *init_static;
    const char *resp_static;
    const char *init_ephemeral;
    const char *resp_ephemeral;
    const char *prologue;
    struct {
        const char *payload;
        const char *ciphertext;
    } messages[NOISE_VECTOR_MESSAGES];
};

static const struct noise_vector noise_vectors[] = {
    {"no prologue, no payloads",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
     "4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60",
     "",
     {
         {"", "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254"},
         {"", "64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d484663414af878d3e"
              "46a2f58911a816d6e8346d4ea17a6f2a0bb4ef4ed56c133cff4560a34e36ea82109f26cf2e5a"
              "5caf992b608d55c747f615e5a3425a7a19eefb8f"},
         {"", "87f864c11ba449f46a0a4f4e2eacbb7b0457784f4fca1937f572c93603e9c4d97e5ea11b16f3"
              "968710b23a3be3202dc1b5e1ce3c963347491e74f5c0768a9b42"},
         {"79656c6c6f777375626d6172696e65",
          "a52ef02ba60e12696d1d6b9ef4245c88fca757b6134ad6e76b56e310a6adf6"},
         {"7375626d6172696e6579656c6c6f77",
          "2445aa438ebd649281c636cc7269ca82f1d9023d72520943aeabf909cdf521"},
     }},
    {"no prologue, payloads",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
     "4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60",
     "",
     {
         {"746573745f6d73675f30",
          "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254746573745f6d"
          "73675f30"},
         {"746573745f6d73675f31",
          "64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d484663414af878d3e"
          "46a2f58911a816d6e8346d4ea17a6f2a0bb4ef4ed56c133cff4572e7a2ba5123ac30618b3d20"
          "5f5c2d17f50cbca216483ac56bcc78e33bf520303278db641e5e731b2e3a"},
         {"746573745f6d73675f32",
          "87f864c11ba449f46a0a4f4e2eacbb7b0457784f4fca1937f572c93603e9c4d9f27e318e43ba"
          "630594c4d08eeb3b36d97c7377a2f4f9144b2f0c8095ad92140505b2ab53eff244b14138"},
         {"79656c6c6f777375626d6172696e65",
          "a52ef02ba60e12696d1d6b9ef4245c88fca757b6134ad6e76b56e310a6adf6"},
         {"7375626d6172696e6579656c6c6f77",
          "2445aa438ebd649281c636cc7269ca82f1d9023d72520943aeabf909cdf521"},
     }},
    {"prologue, no payloads",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
     "4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60",
     "6e6f74736563726574",
     {
         {"", "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254"},
         {"", "64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d484663414af878d3e"
              "46a2f58911a816d6e8346d4ea17a6f2a0bb4ef4ed56c133cff4588f043d1e49a3289b1beeab8"
              "f96b0551a48cddf9f38b1a12e46c6908644198f3"},
         {"", "87f864c11ba449f46a0a4f4e2eacbb7b0457784f4fca1937f572c93603e9c4d95a04fa1f1c41"
              "fb3f00d496f242c1e44ce5b749b3d54bf74cea2dad086d601fb6"},
         {"79656c6c6f777375626d6172696e65",
          "a52ef02ba60e12696d1d6b9ef4245c88fca757b6134ad6e76b56e310a6adf6"},
         {"7375626d6172696e6579656c6c6f77",
          "2445aa438ebd649281c636cc7269ca82f1d9023d72520943aeabf909cdf521"},
     }},
    {"prologue, payloads",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
     "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
     "4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60",
     "6e6f74736563726574",
     {
         {"746573745f6d73675f30",
          "358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd166254746573745f6d"
          "73675f30"},
         {"746573745f6d73675f31",
          "64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d484663414af878d3e"
          "46a2f58911a816d6e8346d4ea17a6f2a0bb4ef4ed56c133cff4545958c588d17d6373e0c1dcf"
          "a3755d37f50cbca216483ac56bcc98f5095870aa814ba40c08079c11f087"},
         {"746573745f6d73675f32",
          "87f864c11ba449f46a0a4f4e2eacbb7b0457784f4fca1937f572c93603e9c4d9c1e9a1a313d0"
          "2b78871cfd178a521a4c7c7377a2f4f9144b2f0ccedc84d379151b466741e4b266db6023"},
         {"79656c6c6f777375626d6172696e65",
          "a52ef02ba60e12696d1d6b9ef4245c88fca757b6134ad6e76b56e310a6adf6"},
         {"7375626d6172696e6579656c6c6f77",
          "2445aa438ebd649281c636cc7269ca82f1d9023d72520943aeabf909cdf521"},
     }},
};

#endif
