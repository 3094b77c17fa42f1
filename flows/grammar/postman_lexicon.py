"""The words of postmen by what they mean: Hindi, Roman Hindi, Bhojpuri and English, as typed.

A kind is what a word contributes to a sentence; `postman_phrases.py` says which kinds together are
a remark, an approach, a change of beat. Spellings that share a key (`spelling.py`) need one entry.
Hindi and Bhojpuri were not checked by a native speaker yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flows.grammar.spelling import key
from flows.grammar.text import fold

# Greetings, thanks, forms of address: dropped wherever they are.
POLITE: Final = (
    "sir sar shir madam mam maam ji jee    saheb sahab sahib sirji namaste"
    " namaskar pranam hello hallo hey please pls plz plese kripya thanks thank you thankyou thnx"
    " thx ty dhanyavad dhanyawad shukriya jai hind ram dear good morning mornin afternoon"
    " evening gm gd gud mrng mng mornng sorry greetings respected नमस्ते नमस्कार प्रणाम सर जी"
    "  साहब कृपया धन्यवाद शुक्रिया जय हिंद हिन्द राम मैडम"
)

# Where a signature begins; what may stand between it and the end is in postman_words.py.
SIGNED: Final = "regards regard gds bpm abpm postman dakiya sincerely yours भवदीय डाकिया पोस्टमैन"

WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # grammar
        "no": (
            "nahi nahin nhi nahee nai nahii nehi na no not naikhe naikhi naikhen nakhe nikhe"
            " nain didnt dont doesnt isnt cant cannot wont hasnt wasnt never didn nope nhin"
            " nahe nehin nhe नहीं नही नहि ना न नइखे नाहीं नाही नईखे नइखी"
        ),
        "without": "bina without bagair bagar बिना बगैर",
        "dont": "mat मत ruko roko rukiye रुको",
        "fill": (
            "k ki ke se me mein men m ne hai h ha hain hay hi bhi tho is iske iska uske uska"
            " usne us unke unka unhone inke wo woh vo ye yeh yah wala wale wali vala walla"
            " vaale the a an was has have had been of in my mera mere meri hamar i am im we"
            " this that there here yahan yaha iha eha wahan abi kar kr karke krke kiya kia"
            " kiye kela karat kailan kailas by with aaj aj ba bate baa bare bade rahal tha thi"
            " bahut are arre got it its be karo kari wahi usi usko unko inko party की के से"
            " में ने है हैं भी तो इस उस उसके उसका उसने उनके यह वह वो ये वाला वाले वाली था थी"
            " यहां यहाँ वहां अभी कर करके किया आज बा बाटे now abhi jaldi turant maine main mai"
            " self hamne"
        ),
        "join": "and aur aor au evam tatha plus dono both और एवं तथा दोनों",
        "ko": "ko koo to को",
        "pe": "pe par pr p per pas paas tak at near पे पर पास",
        "raha": "raha rha rahe rhe rahi rhi ra rah rahalba hoga रहा रहे रही",
        "hu": "hu hun hoon hoo huu bani baani bans hum हूं हूँ हु हुं हू बानी",
        "mark": (
            "item itm aitam sl slno serial sr srno sno number numbr num nmbr nambar nambr nbr"
            " kramank article artical आइटम नंबर नम्बर क्रमांक सीरियल नं sankhya sankya"
            " sankhaya संख्या"
        ),
        "rupees": ("rs rupaye rupay rupees rupee rupya rupaya inr rupe rupiya रु रुपये रुपए रूपये रुपया"),
        # codes and money
        "code": (
            "code cd cod kode codes otp otps opt oto ootp kod coad cde cofe coe कोड ओटीपी oyp"
            " ott otpp coode kood"
        ),
        "cash": (
            "cash csh kash cas caash kaish keish cahs chash nakad nakd nkd nakadi nagad nagd"
            " ngd naqad nkad rokda नकद नगद कैश रोकड़ kesh rokra"
        ),
        "upi": (
            "upi upii uppi ypi paytm patm peytm paytem phonepe phonepay phonpe fonpe gpay"
            " googlepay googlepe bhim online onlain onlin onlne qr scan scanner skaner qrcode"
            " यूपीआई यूपीआइ पेटीएम फोनपे ऑनलाइन क्यूआर गूगलपे google jiopay"
        ),
        "paid": (
            "paid pay payment pement paymnt payed bhugtan collect collected liya lia lihli ली"
            " लिया भुगतान पेमेंट liye lihlan recd recvd rcvd rcd li"
        ),
        "money": ("money paisa paise pese paysa paisha pasa paesa amount amt rakam दाम पैसा पैसे रकम"),
        "change": "chutta chhutta chhutte khulle khudra छुट्टा खुल्ले",
        "little": "kam less short कम",
        # what became of it
        "given": (
            "diya dia diye di dya dihli delivered delivrd deliverd deliver given gave handed"
            " saunp saup done dn दिया दिए दी सौंप डिलीवर d dihlan dihni dihin dihali dihal"
            " dlvd dlvrd दिहनी दिहलन दिहल"
        ),
        "give": (
            "do de dedo dena dijiye dijie dede deve dene det deta deti deb दो दे देना दीजिए"
            " देने da dilwao दा"
        ),
        "ok": (
            "ok okay okey okk theek thik thk sahi sahee accha acha achha success right ठीक"
            " सही ओके अच्छा"
        ),
        "take": (
            "lena le leta lega lete leti lenge lihal let lebe leb leni lene lehal levat ले"
            " लेना लेता लेगा लेने लेंगे लेत लेब lunga lungi la lekar leke lai लूंगा लेकर"
        ),
        "refuse": (
            "refuse refused refusd refus refuss refusing reject rejected rejct mana manaa mna"
            " inkar inkaar inakar deny denied मना इनकार इंकार रिफ्यूज rfsd rfsed refsd"
        ),
        "want": "chahta chahte chahti wants want चाहता चाहते",
        "met": (
            "mila mile mili milal mil milta milat milte found find bhetail bhetal bhentail"
            " bhet मिला मिले मिली मिल मिलल मिलता भेटाइल"
        ),
        "avail": "available avail uplabdh availble उपलब्ध",
        "kin": (
            "bhai bhaiya bhaia papa pita pitaji beta beti bete bitiya ladka ladki dadi dada"
            " baba nana nani maa mata mummy biwi bivi patni wife pati husband son daughter"
            " father mother brother sister bahu sasur saas chacha chachi bhabhi padosi"
            " neighbour bachche भाई पिता पिताजी बेटा बेटी दादी दादा बाबा मां माँ माता पत्नी"
            " पति बहू चाचा भाभी पड़ोसी"
        ),
        "nobody": "nobody noone none nobdy nobudy",
        "anybody": "koi koyi kehu kehoo kou kauno kewno anyone anybody any keu कोई केहू कवनो",
        "absent": (
            "unavailable absent absnt anupasthit gairhajir gerhajir gairhazir अनुपस्थित गैरहाजिर"
        ),
        "home": "ghar ghr gher home house makan makaan hom घर मकान",
        "athome": "ghare gharey घरे",
        "door": (
            "darwaza darvaja darwaja darvaza drwaja darwaje darwaze gate door dor kiwad kivad"
            " kevadi kewadi shutter दरवाजा दरवाज़ा दरवाजे गेट केवाड़ी किवाड़ dr drwaza"
        ),
        "lock": (
            "lock locked lok lokd lck lockd loked loack tala taala talaa taale tale ताला ताले"
            " लॉक लाक lckd lokked"
        ),
        "shut": (
            "band bnd baand bandh bund close closed clos closd shut off switch switched swich"
            " swiched ऑफ बंद बन्द"
        ),
        "lag": "laga lagi lag lagal latka lagaa lge लगा लगी लगल लटका",
        "name": "naam nam name nav naav नाम नांव",
        "know": (
            "janta jante jaanta known jane janat pehchan pahchan pehchanta pahchanta जानता"
            " जानते पहचान"
        ),
        "unknown": "unknown unknwn",
        "such": "such aisa",
        "person": (
            "addressee addresee adressee receiver person man grahak customer custmer aadmi"
            " admi malik owner recipient reciever prapak vyakti आदमी ग्राहक प्राप्तकर्ता"
            " व्यक्ति मालिक"
        ),
        "address": (
            "pata patta address adress adres addres addrs addr adrs addess thikana पता एड्रेस ठिकाना"
        ),
        "wrong": (
            "galat galt glt glat ghalat galath wrong wrng wrog worng incorrect invalid गलत ग़लत रांग"
        ),
        "incomplete": (
            "adhura adhoora incomplete insufficient insuficient incomplet aspasht अधूरा अस्पष्ट"
        ),
        "moved": "shift shifted shft sift moved shifting शिफ्ट",
        "badal": "badal badla badli changed बदल",
        "other": ("other another dusra dusre doosre doosri dusri dosra dusar दूसरा दूसरे दूसरी दूसर"),
        "place": "jagah shahar sahar city place town जगह शहर",
        "gone": (
            "gaya gya gye gae gayi gai gail gailan gailen gailay gayal chala chale chali chal"
            " chl gone gaia went chlgya गया गए गये गई गइल गइलन चला चले चली चल gaini gaile"
            " gailin gaili gaye"
        ),
        "live": ("rehne rahne rahta rehta rehte rahte lives live living रहने रहता रहते rehti rahti"),
        "left": "left",
        "instructions": "instruction instructions suchna",
        "tell": (
            "bataya bata bataye batawat batat batatba bola bol bole bolal bolta told says"
            " said kaha kahat bataiye batao bolat बताया बता बताए बोला बोल बोले कहा"
        ),
        "mar": "mar mare mr guzar gujar gujr guzr मर गुजर गुज़र मरल",
        "dead": (
            "died dead ded deceased desised decesed death dehant swargwas swargvas swargiya"
            " mrityu mrityo nidhan marlan mualan मृत्यु देहांत स्वर्गवास निधन मृत मृतक मौत"
            " maut"
        ),
        "fail": (
            "fail failed fel feil faild failure error eror problem prblm declined dikkat फेल"
            " असफल एरर"
        ),
        "happen": (
            "hua hui hue ho hota hot hoat hokar bhail bhel huaa hopa pa हुआ हुई हो होता भइल भईल पा"
        ),
        "work": "chalta chalat chalrha work working chalna चलता kaam",
        "go": "ja jaa jaata jata जा",
        "beat": "beat beet ilaka ilake elaka area route बीट इलाका इलाके",
        "mine": "hamara hamare हमारा हमारे hamra hamaar",
        "office": (
            "office ofis ofice offis offce daakghar dakghar dakghr po postoffice डाकघर ऑफिस"
            " आफिस कार्यालय karyalay daftar दफ्तर"
        ),
        "institution": (
            "school skul bank dukan dukaan shop court kachahri स्कूल बैंक दुकान tehsil tahsil तहसील"
        ),
        "holiday": "holiday holyday avkash chutti chhutti chhuti अवकाश छुट्टी",
        "damage": (
            "damage damaged damag demage damej phata fata phati phat fat toota tuta tut toot"
            " tuti kharab khrab gila geela bheega bhiga torn broken फटा टूटा टूट फट खराब भीगा"
            " गीला"
        ),
        "post": (
            "post4 parcel parsal packet paket pkt dak daak chitthi chithi letter saman पार्सल"
            " पैकेट डाक चिट्ठी सामान post patri patra lifafa"
        ),
        "sender": "sender sendr preshak bhejnewala bhejnewale bhejne प्रेषक भेजनेवाला भेजने",
        "recall": "recall recalled ricall रिकॉल",
        "asked": "mangaya mangwaya mangvaya manga मंगाया मंगवाया",
        "network": (
            "network netwrk ntwrk ntwork netwok net signal sgnal tower tawar tovar range"
            " नेटवर्क नेट सिग्नल टावर"
        ),
        "message": "msg mesej message massage mesage sms एसएमएस मैसेज",
        "come": (
            "aaya aya ayi aai aaye aye aail ayil aila aayal ayal receive received recieved"
            " recived receved come came pahunchi आया आई आए आइल आयल"
        ),
        "phone": "phone fone fon phon mobile mobil mob mobail फोन फ़ोन मोबाइल",
        "match": "match mach मैच",
        "weak": "weak kamjor slow",
        # where he is going
        "send": (
            "bhejo bhej bhejiye bhejie bhejna bhejdo bhejdijiye bheje bheja bheji send snd"
            " sent sand bhejs भेजो भेज भेजिए भेजें भेजना भेजा dilao bhijwao bhijvao nikalo"
            " bhijwaiye"
        ),
        "need": "chahiye chahie chaiye chahi need चाहिए",
        "new": (
            "naya nya nayi new again dobara dubara dobra phir fir firse phirse नया नयी दोबारा"
            " दुबारा फिर"
        ),
        "coming": (
            "coming cming comng comin reaching reach reached rching arrived arriving arrive"
            " enroute approaching approach going"
        ),
        "way": "way raste rasta raaste रास्ते",
        "aa": ("aa aavat aawat avat aawt aata aat aaraha aarha arha araha आ आवत आता aagya aagaya"),
        "ja": "ja2 jaat jat jarha jaraha goin जात",
        "reach": (
            "pahunch pahuch pahuncha pohoch pahoch phunch pahunchgaya phuch puhuch पहुंच"
            " पहुँच पहुंचा पहुँचा पहुच pahuche pahunchat pahuchat pahucha pahunche"
        ),
        "stand": "khada khara khadaa kharha standing stand खड़ा खडा खड़े",
        "outside": "bahar bahri outside samne बाहर सामने",
        # a change of beat, the list, help, undo
        "pass": "give pass transfer trnsfer forward handover trans ट्रांसफर",
        "back": (
            "wapas vapas wapis vapis wpas vaapas back bak return returned retun retrn laut"
            " lauta lautana वापस वापिस लौटा returning"
        ),
        "deposit": "jama submit deposit deposited जमा",
        "staff": "staff colleague saathi sathi",
        "baki": (
            "baki baaki bacha bache bachi remaining remain pending balance bakee bachal शेष"
            " बाकी बाक़ी बचा बचे shesh"
        ),
        "list": "list lst suchi soochi लिस्ट सूची",
        "items": "items itms sab sabhi all total kul सब कुल sabne teeno tino chaaro",
        "help": "help halp hlp madad mdad madat sahayata sahayta मदद सहायता हेल्प",
        "over": "tries try khatam over khatm",
        "how": "kaise kese kaisey how tarika कैसे",
        "how_many": "kitna kitne kitni ketna many kitana कितने कितना कितनी kai",
        "understand": "samajh samaj smjh understand samjh samjha समझ",
        "undo": "undo ando",
        "mistake": "galti galati galtee mistake mistek glti bhul bhool गलती ग़लती भूल",
        # what makes a sentence doubtful
        "question": (
            "kya kyu kyon kyun kab kahan kaun kaunsa why what when where which who क्या क्यों"
            " कब कहां कौन"
        ),
        "doubt": (
            "shayad lagta agar if maybe but lekin magar ya or check chek confirm sayad"
            " perhaps think शायद अगर लेकिन या चेक purana old ulta fake farji dhokha jhuth"
            " jhoot झूठ पुराना wait ruk"
        ),
        "open": "khula khul khuli khulgaya open on chalu start started खुला खुल चालू",
        "later": (
            "kal parso parson tomorrow tmrw shaam sham subah baad later aaunga aunga jaunga"
            " jaenge jayenge aayenge ayenge karunga dunga denge deunga tommorow कल परसों शाम"
            " सुबह बाद आऊंगा जाऊंगा दूंगा"
        ),
        "unit": (
            "log logo logon baje bje bajey baj bajkar oclock pm litre ltr liter litr din days"
            " day ghanta ghante ghnta hours hour hr hrs minute minut min mins km kilometer kg"
            " kilo tarikh tareekh tarik date mahina mahine month months hafta week weeks saal"
            " years percent bar times degree vetan petrol बजे लीटर दिन घंटे मिनट किलोमीटर"
            " तारीख महीने साल हफ्ते"
        ),
        "of": "ka for kaa का",
        "full": "pura poora puri complete clear saaf पूरा",
        "now": "ab अब",
        "away": "out outstation",
        "chhod": "chhod chhor chod chhodkar chhodke छोड़",
        "errand": "khet bazar bajar market duty shadi rishtedari खेत बाजार",
        "leave": "nikal nikla निकल",
        "resend": "resend",
        "cancel": "cancel cancle hatao hata हटाओ रद्द",
        "last": "last pichla pichhla pichhle पिछला",
        "write": (
            "likhna likhe likhu likhein likho likh dale daale daalu dalna daliye dalo daalo"
            " daal dal note enter entry write type लिखना लिखें लिखो"
        ),
        "rem": "rmk remark rimark remrk rmrk",
    }
)

# Words of numbers that mean nothing else; "do" also means give, and "char" is in many words.
NUMBERS_SURE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "3": "teen three तीन",
        "4": "chaar four चार",
        "5": "paanch panch five पांच पाँच",
        "6": "chhah chhe six छह छः",
        "7": "saat seven सात",
        "8": "aath eight आठ",
        "9": "nau nine नौ",
        "10": "das ten दस",
        "11": "gyarah gyara eleven ग्यारह",
        "12": "barah baarah twelve बारह",
        "13": "terah thirteen तेरह",
        "14": "chaudah fourteen चौदह",
        "15": "pandrah fifteen पंद्रह पन्द्रह",
    }
)
_MORE: Final = {
    "0": "zero shunya sunya शून्य",
    "1": "ek one एक",
    "2": "do two दो",
    "3": "tin",
    "4": "char",
    "6": "chah che छे",
    "7": "sat",
    "8": "aat ath",
}
# A row of these may be a code that is spelled out.
NUMBERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        digit: f"{NUMBERS_SURE.get(digit, '')} {_MORE.get(digit, '')}"
        for digit in (*NUMBERS_SURE, "0", "1", "2")
    }
)


def exact(lines: Mapping[str, str]) -> dict[str, str]:
    """Return the meaning of each word as it is written in the tables."""
    return {fold(word): meaning for meaning, line in lines.items() for word in line.split()}


def keyed(lines: Mapping[str, str]) -> dict[str, str]:
    """Return the meaning of each key; a key of two meanings is none."""
    found: dict[str, set[str]] = {}
    for word, meaning in exact(lines).items():
        found.setdefault(key(word), set()).add(meaning)
    return {each: meanings.pop() for each, meanings in found.items() if len(meanings) == 1}
