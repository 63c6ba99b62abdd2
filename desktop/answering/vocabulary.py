"""Small closed word lists of the languages that Footnote speaks: what questions are asked with, what points back,
what is abbreviated. Frozen data only.
"""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# written with a full stop that ends no sentence
ABBREVIATIONS = _listed(
    """mr mrs ms dr prof sr jr st vs etc e.g i.e cf al fig figs no nos vol p pp ed eds art sec ch inc ltd co corp
    dept est approx gen col lt sgt capt rev hon gov sen rep univ jan feb mar apr jun jul aug sept sep oct nov
    dec a.m p.m u.s u.k nr bzw z.b d.h u.a ca abs ggf evtl inkl usw hr fr str tel mio mrd vgl bspw sog max min
    m mme mlle sra srta dott sig pag dhr mevr bijv o.a d.w.z"""
)
# these end an abbreviation as often as a sentence: a capital after them decides for the sentence
ENDING_ABBREVIATIONS = _listed("""etc a.m p.m u.s u.k usw inc ltd co corp jr sr al""")
# capitals at the start of a sentence that begin no name
OPENING_WORDS = _listed(
    """the a an in on at of for to by with from and but or if when while after before during since although
    according he she it they we i you his her its their our this that these those there here what who which
    where why how der die das ein eine im am le la les un une el los las il lo gli both all no yes not most
    some many as is was"""
)
# stems that say how a question asks, not what about
ASKING_STEMS = _listed(
    """什么 哪个 哪些 哪里 谁是 多少 如何 怎么 怎样 为什 何时 几个 哪一 是什 么是 是谁 是多 有多 少个 什麼 哪种
    哪年 哪位 么时 时候 nach bei auf als auch durch für um aus über unter vor zwischen nicht es sich dem den
    des wird wurden kann konnt sein ihr ein ist war dass wen fur uber an dies welch mus gibt gab waren diesem
    pour par sur avec dan au aux se son ses ce cett cel para por su los un una al en per con na no do da os as
    uma aan op bij naar uit zijn what which who whom whose when where why how much mani often long far old doe
    did done has have had can could will would should may might must there their they them he she his her you
    your we our i me my if so than then but not also into about one some ani all most more such kind type sort
    name call use mean list tell give describ explain wer wem wann wo warum wie viel sind hat haben wurd
    werden der die das eine und oder in im am zu von mit quel quell qui que quand ou pourquoi comment est sont
    le la les de du une et cual quien cuando dond com el las del che chi dove quando il lo gli di della sono
    qual quem ond wat waar hoe het een"""
)
# words that point to what was said before
POINTING_WORDS = _listed(
    """it its they them their theirs he him his she her hers this that these those there then one ones same
    latter er sie es ihn ihm ihr ihre dies diese dieser dieses davon dazu damit dort il elle ils elles lui leur
    cela ça ceci ce cette él ella ello ellos eso esto ese esta lei loro questo quello ele ela isso isto hij zij
    deze"""
)
# those among them that most often point to a name in the same question: "How did Tesla pay for his work?"
POSSESSIVE_WORDS = _listed("""its their theirs his her hers""")
# the same as words
ASKING_WORDS = _listed(
    """what which who whom whose when where why how much many is are was were do does did can could will would
    should the a an of in on at to for and or about wer wen wem wann wo warum wie viel viele ist sind war
    waren hat der die das quel quelle qui que quand où pourquoi comment est sont le la les qué cuál quién
    cuándo dónde cómo es son el los che chi quando dove come è sono il lo qual quem onde wat wanneer waar
    waarom hoe"""
)
# stems that stand in questions about anything
EVERYDAY_STEMS = _listed(
    """year time day peopl person place countri citi world part group number amount way thing area state known
    call name locat happen occur becom becam made make take took find found come came give gave get got go
    went see saw use say said consid believ thought think larg small great big new first last main major
    differ import popular word titl follow between dure after befor under over through against within per
    other anoth both onli someon someth besid addit accord exampl relat base includ involv caus result lead
    led done work creat begin began start end held hold won win live born die put set left home hous man men
    woman women role form"""
)
