/** Where installers look for packages, how they get out, and what they need to start. */
const passedToInstaller = [
  /^(PATH|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|COMSPEC|PATHEXT|LANG|LC_ALL|TMP|TEMP|TMPDIR|NETRC)$/i,
  /^(HTTPS?|ALL|NO)_PROXY$/i,
  /^(SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|LD_LIBRARY_PATH)$/,
  /^XDG_(CACHE|CONFIG|DATA)_(HOME|DIRS)$/,
  // Not where packages go, nor that they may be built: PIP_TARGET would leave an environment empty.
  /^PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST|(CLIENT_)?CERT|PROXY|(NO_)?CACHE_DIR|CONFIG_FILE|KEYRING_PROVIDER|(DEFAULT_)?TIMEOUT|RETRIES)$/,
  /^UV_((DEFAULT_|EXTRA_)?INDEX.*|FIND_LINKS|NO_INDEX|OFFLINE|NATIVE_TLS|SYSTEM_CERTS|INSECURE_HOST|HTTP_.*|KEYRING_PROVIDER|CONCURRENT_.*|CACHE_DIR|NO_CACHE|LINK_MODE|CONFIG_FILE|NO_CONFIG)$/,
  /^npm_config_(registry|.+:registry|\/\/.*|ca|cafile|https?[-_]proxy|proxy|no_?proxy|userconfig|cache)$/i,
  /^(CONDARC|CONDA_(CHANNELS|CHANNEL_ALIAS|PKGS_DIRS|SSL_VERIFY)|MAMBA_ROOT_PREFIX)$/,
  /^(R_LIBS(_SITE|_USER)?|R_PROFILE_USER|R_ENVIRON_USER|RENV_(PATHS|CONFIG)_.*)$/,
]

/** An allow-list for what builds environments: what a log may quote is not worth a secret. */
export function builderEnvironment(caller: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(caller).filter(
    ([name, value]) => value !== undefined && passedToInstaller.some((allowed) => allowed.test(name)),
  )
  return Object.fromEntries(kept) as Record<string, string>
}
