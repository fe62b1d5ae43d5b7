import type { PickleImport } from './scan-pickle.ts'

/**
 * What is known of an import: it can run code or reach files and the network; it is what models of the usual libraries consist
 * of; nothing. Advice and no boundary: a pickle can run code through names that look harmless.
 */
export type ImportRisk = 'runs code' | 'usual' | 'unknown'

/** Modules of which every name counts; with all below them. */
const dangerous = new Set(
  `os posix nt ntpath posixpath subprocess sys importlib runpy code codeop pty socket socketserver shutil ctypes _ctypes cffi
  pickle _pickle marshal shelve dill types asyncio multiprocessing threading _thread concurrent webbrowser urllib http requests
  httpx aiohttp ftplib smtplib telnetlib poplib imaplib nntplib xmlrpc ssl tempfile pathlib io _io glob fileinput timeit cProfile
  profile pstats pdb bdb trace doctest unittest pydoc idlelib lib2to3 distutils setuptools pip ensurepip venv zipapp zipimport
  zipfile tarfile pkgutil inspect gc atexit signal faulthandler platform commands builtin_function site sysconfig linecache logging
  ast dis symtable tokenize imp weakref _posixsubprocess _winapi msvcrt winreg resource mmap fcntl termios readline rlcompleter
  test antigravity this tkinter turtle turtledemo curses dbm sqlite3 psutil paramiko fabric invoke jinja2 mako yaml cloudpickle`
    .split(/\s+/)
    .filter((name) => name !== ''),
)

/** Names that run code within modules that are harmless else. */
const dangerousNames: ReadonlyMap<string, RegExp> = new Map([
  ['operator', /^(attrgetter|itemgetter|methodcaller|call)$/],
  ['_operator', /^(attrgetter|itemgetter|methodcaller|call)$/],
  ['functools', /^(partial|partialmethod|reduce|singledispatch)$/],
  ['numpy', /^(load|loadtxt|fromfile|save|savetxt|memmap|genfromtxt)$/],
  ['pandas', /^(eval|read_.*)$/],
  ['torch', /^(load|save|hub|compile)$/],
  ['joblib', /^(load|dump|Parallel|delayed)$/],
  ['collections', /^(namedtuple)$/],
])
const dangerousParts =
  /^(numpy\.(f2py|distutils|testing|lib\.npyio|ctypeslib)|torch\.(hub|jit|serialization|utils\.(cpp_extension|bottleneck|collect_env|data\.datapipes)|_inductor|_dynamo|distributed|package|storage_loader)|pandas\.(io|core\.computation)|joblib\.(numpy_pickle\.load|externals|memory|parallel)|sklearn\.externals|tensorflow\.(python\.)?(io|lib\.io|ops\.script_ops|keras\.models)|keras\.(models|utils|src\.saving))(\.|$)/

/** What everything of Python has, by which one comes to all the rest. */
const innards =
  /^__(import|class|base|bases|mro|subclasses|globals|builtins|dict|getattribute|getattr|code|self|init|call)__$/

const harmlessBuiltins = new Set(
  `object set frozenset dict list tuple bytes bytearray str int float bool complex range slice NoneType Ellipsis`.split(
    ' ',
  ),
)

/** What fitted models of the usual libraries consist of. */
const usualModules =
  /^(numpy|scipy|sklearn|pandas|xgboost|lightgbm|catboost|statsmodels|torch|torchvision|transformers|joblib\.numpy_pickle|imblearn|category_encoders|skl2onnx|sktime|prophet|hdbscan|umap|cuml|feature_engine)(\.|$)/
const usualNames: ReadonlyMap<string, RegExp> = new Map([
  ['collections', /^(OrderedDict|defaultdict|Counter|deque)$/],
  ['copyreg', /^(_reconstructor|__newobj__)$/],
  ['copy_reg', /^(_reconstructor|__newobj__)$/],
  ['_codecs', /^encode$/],
  ['datetime', /^(date|datetime|time|timedelta|timezone)$/],
  ['decimal', /^Decimal$/],
  ['fractions', /^Fraction$/],
  ['uuid', /^UUID$/],
  ['enum', /^[A-Za-z_]+$/],
])

/** Of one import. */
export function importRisk({ module, name }: PickleImport): ImportRisk {
  if (module === '?' || name === '?' || name.startsWith('extension ')) return 'runs code'
  const [root = ''] = module.split('.')
  if (module === 'builtins' || module === '__builtin__' || module === '__builtins__')
    return harmlessBuiltins.has(name) ? 'usual' : 'runs code'
  // A name with dots is looked up step by step, from one module into another.
  const isDangerous =
    dangerous.has(root) ||
    dangerousParts.test(`${module}.${name}`) ||
    dangerousNames.get(module)?.test(name.split('.')[0] ?? '') === true ||
    name.includes('.') ||
    innards.test(name)
  if (isDangerous) return 'runs code'
  if (usualNames.get(module)?.test(name) === true || usualModules.test(module)) return 'usual'
  return 'unknown'
}
