from smallcap.api.company import Company as Company
from smallcap.api.filters import funnel as funnel
from smallcap.api.home import Home as Home
from smallcap.api.home import open_home as open_home
from smallcap.api.regression import regress as regress
from smallcap.api.screening import score as score
from smallcap.api.visible import point_in_time as point_in_time
from smallcap.errors import InputError as InputError
from smallcap.errors import SmallcapError as SmallcapError

__version__: str
__all__: list[str]

def __dir__() -> list[str]: ...
