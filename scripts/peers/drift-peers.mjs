// Who else compares two samples: tasks of drift.py.

/** What anybody would write first. */
export const plainLoop = {
  name: 'pandas and SciPy',
  version: '1.17.1',
  folder: 'scipy',
  needs: ['scipy==1.17.1', 'pandas==2.3.3'],
}

/** These take so long, and so much memory, that they get a million rows at the most. */
export const slowPeers = [
  { name: 'Evidently', version: '0.7.23', folder: 'evidently', needs: ['evidently==0.7.23', 'pandas<3'], isSlow: true },
  // It cannot be imported without statsmodels, which it does not name.
  {
    name: 'NannyML',
    version: '0.13.1',
    folder: 'nannyml',
    needs: ['nannyml==0.13.1', 'statsmodels', 'pandas<3'],
    isSlow: true,
  },
]
